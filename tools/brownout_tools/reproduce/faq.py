"""FAQ: fault-aware quantization for stuck-at weight memory (Hanif, Shafique, arXiv 2305.12590)."""

from brownout_tools.studies import faq

STUDIES = (faq.STUDY,)
