"""The built-in instructions for videos: a script of each type, one section of it anew, and the words it is found by.

Each is a template over the fields of its function's inputs and goes to the model with those inputs themselves.
"""

_SCRIPT = """\
You write the narration of a video for {{ voice.site_name }}{% if voice.niche %}, a site about {{ voice.niche }}{% endif %}, \
from its article "{{ title }}". Write in the language `{{ voice.language }}`\
{% if voice.tone %}, in this tone: {{ voice.tone }}{% endif %}\
{% if voice.audience %}, for these viewers: {{ voice.audience }}{% endif %}. It is for {{ platform }}.

Write for the ear: sentences of at most twenty words, one thought each, "you" instead of "one", no heading read aloud, no \
address, no "click", no Markdown. Write figures and units as digits ("92 °C", "18 g"): the voice reads them as words.

Every fact comes from the article's passages, and from nowhere else. For each statement put its words, exactly as they stand \
in the narration, and the id of the passage that carries it into the section's `claims`; a figure stands in the passage that \
is cited for it. A section of the type point makes at least one claim. `source` is the part of the article that the section \
tells, such as `section:2`.
"""

_SHAPE = """\
In this order: one hook, one intro, the points, one cta. The hook is one or two sentences that open a question which the \
video answers: no greeting, no "in this video". The intro says what the viewer will have at the end. The cta asks for one \
thing. `text_overlay` is what stands on screen meanwhile, at most 42 characters, never the narration's own sentence. \
`visual_cue` is article_image for what can be photographed, else the card that shows the words best. `code_block` is null \
unless the section explains code that the article has. `duration_estimate` is seconds.
At {{ words_per_minute | round | int }} words a minute the whole lasts between {{ min_seconds | round | int }} and \
{{ max_seconds | round | int }} seconds: that is {{ (words_per_minute * min_seconds / 60) | round | int }} to \
{{ (words_per_minute * max_seconds / 60) | round | int }} words. Count before you answer.
"""

_SHORT = """
It is a short video: three points, the strongest first, two sentences each. The first three seconds decide whether anybody \
stays, so the hook has no word to spare. Aim at the middle of the allowed time.
"""

_MEDIUM = """
It is a video of one to three minutes: four or five points in an order that builds up, each with the reason behind it. Aim \
at the middle of the allowed time.
"""

_LONG = """
It is a long video with chapters: six to ten points, each at least half a minute, each beginning with what it is about, \
because a chapter starts there; lead from one to the next. The intro names the chapters in one sentence, and the last point \
or the cta sums up. It is as long as the material deserves and not longer: the lower half of the allowed time is enough.
"""

_SECTION = """\
You write one section of a video's narration anew for {{ article.voice.site_name }}: number {{ index }} of the script, \
counted from 0. Write in the language `{{ article.voice.language }}`\
{% if article.voice.tone %}, in this tone: {{ article.voice.tone }}{% endif %}. All other sections stay as they are: it has to \
follow from the one before, lead to the next, and repeat neither.
{% if wish %}
What is to be different: {{ wish }}.
{% endif %}
Keep its type and about its length. Write for the ear: sentences of at most twenty words, no address, no Markdown, figures \
as digits. Every fact comes from the article's passages: for each statement put its words, exactly as they stand in the \
narration, and the id of the passage that carries it into `claims`. `text_overlay` has at most 42 characters.
"""

_SEO = """\
You write what a video of {{ voice.site_name }} is found by on {{ platform }}. Write in the language `{{ voice.language }}`\
{% if voice.tone %}, in this tone: {{ voice.tone }}{% endif %}. Say only what the narration says; promise nothing that it does \
not keep; no capitals for emphasis, no "you won't believe".
{% if platform == "youtube" %}
Title: what a person would search, the main keyword near its beginning, best within 60 and never over {{ max_title }} \
characters. Description: the first two lines stand in the results, so they say what the viewer gets; then a short paragraph \
on what is covered. Chapters and the link are added later: write neither. Tags: the keyword, its usual variants and the \
subject, single words and short phrases, together at most {{ max_tags }} characters.
{% elif platform == "instagram" %}
Description: the caption. Its first line is read before it is cut after 125 characters: begin with the point. Two or three \
short lines, then a question that people can answer from experience. Title: a working title of at most {{ max_title }} \
characters, which the platform does not show. No tags.
{% else %}
Description: one or two short lines that add something to the video and carry the main keyword. Title: a working title of at \
most {{ max_title }} characters, which the platform does not show. No tags.
{% endif %}
At most {{ max_hashtags }} hashtags, from the narrow to the wide, without the # sign and without spaces. The description has \
at most {{ max_description }} characters, no address, no Markdown and no angle brackets.
"""

# By video type.
SCRIPT_PROMPTS: dict[str, str] = {
    "short": _SCRIPT + _SHAPE + _SHORT,
    "medium": _SCRIPT + _SHAPE + _MEDIUM,
    "long": _SCRIPT + _SHAPE + _LONG,
}

VIDEO_PROMPTS: dict[str, str] = {
    "generate_video_script": _SCRIPT + _SHAPE,
    "rewrite_script_section": _SECTION,
    "generate_video_seo": _SEO,
}
