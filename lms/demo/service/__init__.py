"""Making the demonstration: a whole city, the peer's workload, accounts to sign in with."""

from lms.demo.service.city import CityDrawing as CityDrawing
