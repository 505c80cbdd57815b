"""The plug-ins that come with Weft."""
