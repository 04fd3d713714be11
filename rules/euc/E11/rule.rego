# E11 SOX 404 logic inspection: No numbers hidden in formulas.
package daylight.euc.e11

import rego.v1

import data.daylight.lib

hits contains {"object": finding.location, "message": "hard-coded number inside a formula of an in-scope report"} if {
	"SOX" in lib.tags
	some finding in lib.findings
	finding.kind == "hardcoded_constant"
}
