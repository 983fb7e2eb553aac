"""What is to be solved: interfaces, instances, simulators, bounds, baselines."""
