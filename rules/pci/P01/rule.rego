# P01 PCI 3.3.1, 3.3.1.1-3: No sensitive authentication data after authorisation.
package daylight.pci.p01

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "sensitive authentication data is persisted"} if {
	some field in lib.fields
	lib.is_authentication(field)
	object.get(field.field, "transient", false) == false
}
