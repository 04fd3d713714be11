# G24 GDPR 5(1)(e),(f): No live copies after cut-over.
package daylight.gdpr.g24

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": sprintf("%d live copies of the legacy file remain after cut-over", [copies])} if {
	lib.has_personal
	lib.inventory.status == "migrated"
	copies := lib.inventory.liveCopies
	copies > 0
}
