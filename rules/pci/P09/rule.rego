# P09 PCI 3.2.1: Cardholder data kept no longer than needed.
package daylight.pci.p09

import rego.v1

import data.daylight.lib

# A quarter has at most 92 days.
quarter := 92

hits contains {"object": name, "message": "cardholder data without retention limit and quarterly purge check"} if {
	some model in lib.models
	name := model.name
	name in lib.cardholder_models
	not purged(object.get(model, "retention", {}))
}

purged(retention) if {
	retention.days > 0
	retention.purgeCheckDays > 0
	retention.purgeCheckDays <= quarter
}
