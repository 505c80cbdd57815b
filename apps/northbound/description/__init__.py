"""What the API says of itself: OpenAPI, and the page to browse it."""
