// The forms behind the links of letters: the token goes from the address's fragment into a request's body, nowhere else.
const form = document.getElementById("link");
const said = document.getElementById("said");
const token = location.hash.slice(1);

async function send(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token, ...body }),
  });
  const told = await answer.json();
  if (!answer.ok) {
    const details = Object.values(told.errors).flat().join(" ");
    throw new Error(`${told.error} ${details}`.trim());
  }
  return told;
}

function show(trouble) {
  said.textContent = trouble instanceof TypeError ? "The service does not answer. Try again." : trouble.message;
}

if (!token) {
  form.hidden = true;
  said.textContent = "This link is not complete: open the whole address.";
} else if (form.dataset.preview) {
  send(form.dataset.preview, {}).then(({ data }) => {
    said.textContent = `${data.account} has invited ${data.email} as ${data.role}. Choose your name and a password.`;
  }, (trouble) => { form.hidden = true; show(trouble); });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    said.textContent = (await send(form.dataset.send, Object.fromEntries(new FormData(form)))).message;
    form.hidden = true;
    document.getElementById("done").hidden = false;
    history.replaceState(null, "", location.pathname);
  } catch (trouble) {
    show(trouble);
  }
  button.disabled = false;
});
