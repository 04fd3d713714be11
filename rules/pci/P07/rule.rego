# P07 PCI 3.4.1: Card numbers masked on display.
package daylight.pci.p07

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "PAN shown beyond BIN and last four"} if {
	some field in lib.fields
	lib.is_pan(field)
	not object.get(field.field, "displayMask", "none") in {"bin+last4", "last4", "hidden"}
}
