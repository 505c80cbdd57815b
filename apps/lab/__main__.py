"""``python -m weft.apps.lab`` is ``weft-lab``."""

from weft.apps.lab.start import main

main()
