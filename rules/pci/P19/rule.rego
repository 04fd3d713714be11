# P19 PCI 10.2.1: Audit trail on cardholder data.
package daylight.pci.p19

import rego.v1

import data.daylight.lib

hits contains {"object": name, "message": "no audit trail on a model with cardholder data"} if {
	some model in lib.models
	name := model.name
	name in lib.cardholder_models
	object.get(model, "audit", false) == false
}
