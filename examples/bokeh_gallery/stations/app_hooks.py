from station_log import log


def on_server_loaded(server_context):
    log.append("server loaded")


def on_server_unloaded(server_context):
    print("stations: server unloaded")


def on_session_created(session_context):
    station = session_context.request.arguments.get("station", [b"hel"])[0].decode()
    log.append(f"session created for {station}")


def on_session_destroyed(session_context):
    log.append("session destroyed")


def process_request(request):
    return {"asked": "+".join(sorted(request.arguments))}
