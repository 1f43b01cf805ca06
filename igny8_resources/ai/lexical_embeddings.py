"""The embedding provider that needs no model: character and word statistics of the texts themselves."""

from itertools import pairwise
from typing import TYPE_CHECKING

from igny8_resources.word_stems import stems

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_matrix

# Words carry the topic; characters forgive typos and compounds, and are many, so they weigh a little less.
CHARACTER_WEIGHT = 0.8
# Fewer dimensions than texts make words that occur together count as related; five texts a dimension read best.
TEXTS_PER_DIMENSION = 5


class LexicalEmbeddings:
    """Vectors from spelling: TF-IDF over character 3-5-grams and words, compressed by SVD to 256 dimensions.

    The light fallback without meaning: *grinder* and *grinders* are near, *hot chocolate* and *cocoa* are not. The
    space is fitted on the texts of each call, so vectors of two calls cannot be compared. The same set of texts gives
    the same vectors in any order. Words are counted by stem; function words are left out.

    Args:
        notice: Why it stands in for a model, when it does.
    """

    name = "lexical"
    model = "tfidf-svd-256"
    dimensions = 256
    space = ""

    def __init__(self, notice: str = "") -> None:
        self.notice = notice

    def embed(self, texts: list[str]) -> "np.ndarray":
        """Embed the texts: float32, shape ``(len(texts), 256)``, unit rows.

        Fewer texts span fewer dimensions; the rest is zero. A text without a letter or digit has a zero row: it is like
        nothing else.
        """
        import numpy as np
        from scipy.sparse import hstack
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.preprocessing import normalize

        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        documents = [" ".join(stems(text)) for text in texts]
        known = sorted({document for document in documents if document})
        if not known:
            return vectors

        def weigh(vectorizer: TfidfVectorizer) -> "csr_matrix":
            vectorizer.fit(known)
            # scikit-learn adds 1 to every idf; nearly all of it goes again, because in a list on one niche the words
            # that every keyword shares (espresso, coffee) say nothing about the topic.
            vectorizer.idf_ = vectorizer.idf_ - 0.9
            return vectorizer.transform(known)

        words = weigh(TfidfVectorizer(analyzer=_words_and_pairs, sublinear_tf=True, dtype=np.float32))
        characters = weigh(TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, dtype=np.float32))
        features = hstack([words, CHARACTER_WEIGHT * characters]).tocsr()
        rank = min(self.dimensions, max(16, len(known) // TEXTS_PER_DIMENSION), len(known) - 1, features.shape[1] - 1)
        if rank >= 2:
            fitted = TruncatedSVD(rank, algorithm="randomized", n_iter=4, random_state=0).fit_transform(features)
        else:
            fitted = features[:, : self.dimensions].toarray()
        fitted = normalize(fitted)
        row_of = {document: row for row, document in enumerate(known)}
        for index, document in enumerate(documents):
            if document:
                vectors[index, : fitted.shape[1]] = fitted[row_of[document]]
        return vectors


def _words_and_pairs(document: str) -> list[str]:
    words = document.split(" ")
    return words + [f"{first} {second}" for first, second in pairwise(words)]
