# P04 PCI 3.5.1.1: Card-number hashes are keyed.
package daylight.pci.p04

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "PAN hash is not a keyed cryptographic hash"} if {
	some field in lib.fields
	lib.is_pan(field)
	field.storage == "hash"
}
