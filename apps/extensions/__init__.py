"""Extensions that come with Weft. Each is made of what any extension is made of, and of nothing else."""
