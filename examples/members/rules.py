"""Who may see what."""


def is_keeper(info):
    return info.get("keeper", False)
