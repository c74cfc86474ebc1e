"""Which of Panel's own tests do not run against this server, and why."""

from typing import Final

_TORNADO = "asks an object of Tornado's server, or of the thread that Panel runs it in"

_REUSE = "a session that knows one visitor's request is never another's"

NOT_OURS: Final = {
    "test_fastapi_route_context_prefix_boundary": "asks Panel's own ASGI server",
    "test_fastapi_synthetic_request_preserves_cookies": "asks Panel's own ASGI server",
    "test_fastapi_prefixed_route_registration_no_double_prefix": "asks Panel's own ASGI server",
    "test_kill_all_servers": _TORNADO,
    "test_reconnect_notification": _TORNADO,
    "test_serve_can_serve_bokeh_app_from_file": _TORNADO,
    "test_serve_can_serve_panel_app_from_file": _TORNADO,
    "test_serve_page_with_reactive_html_css_on_nested_route": "asks Google's server for fonts",
    "test_server_index_page_links": "our index looks otherwise",
    "test_server_index_page_links_via_proxy": "our index looks otherwise",
    "test_server_prefix_root_redirect": "an application at / is at the prefix, without a slash",
    "test_server_request_preserves_cookies": "replaces a method of Panel's Application",
    "test_server_route_context_size_is_capped": "what a parameter holds is not cut off",
    "test_server_reuse_sessions": _REUSE,
    "test_server_reuse_sessions_with_session_key_func": _REUSE,
    "test_server_root_handler": "the variables of our template for the index are others",
    "test_server_root_handler_does_not_redirect_wildcard": "paths are no regular expressions here",
    "test_server_thread_pool_is_loop_default_executor": _TORNADO,
    "test_show_server_info": _TORNADO,
    "test_threaded_server_stop_does_not_leave_unstarted_tasks": _TORNADO,
    "test_threaded_server_stop_finishes_locked_callbacks": "a server that ends cancels callbacks",
    "test_threaded_server_stop_runs_unload_hook": _TORNADO,
    "test_threaded_server_stops_when_autoreload_failed": _TORNADO,
    "test_unauthenticated_websocket_returns_403": "passwords are in a file of their own here",
}
"""Tests of something that this server does not have, or has in a way of its own."""
