"""What a cluster's topic page is called in a site's addresses."""


def topic_slug(cluster_name: str, stable_id: str) -> str:
    """The last part of a topic's address; the cluster's id where its name has no letter that an address can hold."""
    from slugify import slugify

    return slugify(cluster_name, max_length=60, word_boundary=True) or stable_id
