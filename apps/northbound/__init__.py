"""REST v1: requests become commands, refusals become problem documents. ``app.build_app`` makes the application."""
