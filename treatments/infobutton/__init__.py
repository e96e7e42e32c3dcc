"""Answering an EHR: HL7 Infobutton as MedlinePlus Connect speaks it."""
