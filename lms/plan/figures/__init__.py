"""Figures kept ready: changes per day, sums at month ends. They may be thrown away at any time and made anew.

They stand while there is a head (`FigureHead`); without one, readers count segments and writers keep nothing.
"""
