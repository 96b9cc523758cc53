__version__ = "0.1.0"
import os as _os

# Threads of libgomp, which torch computes with, spin while they wait. Beside other programs they wait for each other's
# turn, and everything takes seven to ten times as long. How to wait is read once, when torch is loaded: so it is set
# here, before it. What the user set is left alone.
if not {"OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME"} & set(_os.environ): _os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
