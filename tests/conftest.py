"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# a machine that is busy with other tests is slow, not wrong
settings.register_profile("pyjm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("pyjm")
