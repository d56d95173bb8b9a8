"""Mergers of two disk galaxies, simulated: equilibrium galaxies, gravity, an encounter, and cameras around it.

A real simulation, but without gas and stars that form, of some thousand particles: see the diagnostics that every one
carries. Lengths are in kpc, speeds in km/s and masses in 1e10 Msun unless a name says otherwise.
"""
