# P14 PCI 7.2.1-7.2.2: Access to card numbers by role.
package daylight.pci.p14

import rego.v1

import data.daylight.lib

hits contains {"object": name, "message": "no explicit need-to-know roles on a model with PAN"} if {
	some model in lib.models
	name := model.name
	name in lib.pan_models
	lib.is_empty(object.get(model, "roles", []))
}
