"""Prices lifetimes: every machine at what an hour of work on it costs, restarts and the slack they spend included.

After the unified cost model of Li 2026 (SkyNomad): the lifetime of spot in a region is predicted from the runs of
availability seen there, a restart is paid in money and in slack, and slack is the dearer the more of it is needed
than left. A live machine is left only for one that pays for the restart, and on-demand for spot only if that
pays for the way back as well.
"""

import math

from interface import Decision, Machine, Observation, Setup, running, slack_s, ticks_left, ticks_needed

RESTARTS_URGENT = 1
RESTARTS_CAREFUL = 2
PRIOR_LIFETIME_TICKS = 10.0
PRIOR_RUNS = 1.0
AGE_SHARE = 1.0
SLACK_USD_H = 1.3
LOSSES_SHARE = 0.5
LEAVE_SPOT_MARGIN = 5.0
LEAVE_ON_DEMAND_MARGIN = 3.0
HOUR_S = 3600.0


class Policy:
    """Keeps a tally of the runs of availability in each region."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        regions = len(setup.regions)
        self.up_ticks, self.losses, self.age = [0] * regions, [0] * regions, [0] * regions
        self.before = (False,) * regions
        self.restart_h = setup.restart_overhead_s / HOUR_S
        self.tick_h = setup.gap_s / HOUR_S
        self.margin_h = RESTARTS_CAREFUL * self.restart_h + self.tick_h
        self.free_h = (setup.deadline_s - setup.task_s) / HOUR_S - self.margin_h

    def step(self, observation: Observation) -> Decision:
        """Chooses by the time left, then by what work costs where."""
        self.learn(observation)
        here, alive = observation.region, running(observation)
        if self.is_short(observation, RESTARTS_URGENT):
            return Decision(Machine.ON_DEMAND, here)
        if self.is_short(observation, RESTARTS_CAREFUL):
            return Decision(Machine.SPOT if alive == Machine.SPOT else Machine.ON_DEMAND, here)
        if not any(observation.available):
            return Decision(self.without_spot(observation), here)
        return self.with_spot(observation, alive)

    def is_short(self, observation: Observation, restarts: int) -> bool:
        """Whether so many restarts leave no tick to spare."""
        return ticks_needed(self.setup, observation, restarts) >= ticks_left(self.setup, observation)

    def learn(self, observation: Observation) -> None:
        """Counts ticks with spot, its losses, and how long it has been there."""
        for region, there in enumerate(observation.available):
            if there:
                self.up_ticks[region] += 1
                self.age[region] += 1
            elif self.before[region]:
                self.losses[region] += 1
                self.age[region] = 0
        self.before = observation.available

    def lifetime_h(self, region: int) -> float:
        """Expected lifetime of spot: the mean so far, longer where it has lasted."""
        ticks = self.up_ticks[region] + PRIOR_LIFETIME_TICKS * PRIOR_RUNS
        mean = ticks / (self.losses[region] + PRIOR_RUNS)
        return (mean + AGE_SHARE * self.age[region]) * self.tick_h

    def slack_usd_h(self, observation: Observation) -> float:
        """Price of an hour of slack: what losses to come and the time to come ask for, over what is left."""
        left_h = slack_s(self.setup, observation) / HOUR_S - self.margin_h
        lifetime_h = max(map(self.lifetime_h, range(len(self.age))))
        time = 1.0 - observation.elapsed_s / self.setup.deadline_s
        losses = time * self.setup.deadline_s / HOUR_S / lifetime_h
        needed_h = LOSSES_SHARE * losses * self.restart_h + self.free_h * time
        scarcity = needed_h / max(left_h, self.tick_h)
        return SLACK_USD_H * scarcity * math.sqrt(scarcity)

    def with_spot(self, observation: Observation, alive: Machine) -> Decision:
        """Takes the machine on which an hour of work costs least, if that pays for the change."""
        here, usd_h = observation.region, observation.spot_usd_h
        slack, restart_h, on_demand = (
            self.slack_usd_h(observation),
            self.restart_h,
            self.setup.on_demand_usd_h,
        )
        rates = {
            region: usd_h[region] + restart_h * (usd_h[region] + slack) / self.lifetime_h(region)
            for region, there in enumerate(observation.available)
            if there
        }
        best = min(rates, key=rates.__getitem__)
        start = restart_h * (usd_h[best] + slack)
        hours = min(self.lifetime_h(best), observation.work_left_s / HOUR_S)
        if alive == Machine.SPOT:
            moves = (rates[here] - rates[best]) * hours > LEAVE_SPOT_MARGIN * start
            return Decision(Machine.SPOT, best if moves else here)
        if alive == Machine.ON_DEMAND:
            back = LEAVE_ON_DEMAND_MARGIN * restart_h * (on_demand + slack)
            changes = (on_demand - usd_h[best]) * hours > start + back
            return Decision(Machine.SPOT, best) if changes else Decision(Machine.ON_DEMAND, here)
        return Decision(Machine.SPOT, best)

    def without_spot(self, observation: Observation) -> Machine:
        """Waits while slack is spent no faster than time passes; an on-demand machine is kept."""
        if running(observation) == Machine.ON_DEMAND:
            return Machine.ON_DEMAND
        lost_h = self.free_h + self.margin_h - slack_s(self.setup, observation) / HOUR_S
        due_h = self.free_h * observation.elapsed_s / self.setup.deadline_s
        return Machine.ON_DEMAND if lost_h > due_h else Machine.NONE
