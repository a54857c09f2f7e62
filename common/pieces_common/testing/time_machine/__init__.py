"""A service, a host and a clock in memory, in which a polling trigger's strategy is tried.

`History` is what happens, `play` lets a strategy live through it and says what was lost or came
twice, and `smallest_failure` searches the histories of a service's `Habits` for the shortest one
that goes wrong. The search needs the extra `pieces-common[time-machine]`.
"""
