"""How the property tests run: the same examples every time, and no stopwatch.

A test that fails by chance on a busy machine is ignored after the third time. To look for
new examples: ``pytest --hypothesis-profile=default``.
"""

import hypothesis

hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.load_profile("steady")
