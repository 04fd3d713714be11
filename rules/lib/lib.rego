# Words and sets that every rule shares. A rule asks these questions, never the raw document,
# so that a new semantic type or tag is made known here once.
#
# The host prepares the input (docs/policy.md): `index.fields` has every field with its semantic type and
# type in lower case (`kinds`) and its tags in lower case; `index.steps` has every step at whatever depth,
# flat, with the fields it touches and logs; steps no rule can ask for are only counted. Days are days since 1970-01-01.
package daylight.lib

import rego.v1

application := input.application

id := application.id

metadata := application.metadata

models := application.dataModels

workflows := application.workflows

fields := input.index.fields

steps := input.index.steps

step_count := input.index.stepCount

findings := input.findings

inventory := input.inventory

now := input.now

# ---------------------------------------------------------------- semantic types

personal_types := {
	"PersonName", "PersonId", "EmployeeId", "Email", "Phone", "PostalAddress", "StreetAddress", "DateOfBirth",
	"Gender", "Nationality", "IBAN", "IPAddress", "GeoLocation", "Photo", "Signature", "Salary",
	"LicensePlate", "Credential", "CardholderName",
}

# GDPR Art. 9(1)
special_types := {
	"Health", "HealthData", "Religion", "Ethnicity", "EthnicOrigin", "TradeUnion", "UnionMembership",
	"PoliticalOpinion", "SexualOrientation", "Biometric", "BiometricData", "Genetic", "GeneticData",
}

# GDPR Art. 10
criminal_types := {"CriminalRecord", "CriminalOffence"}

# GDPR Art. 87
national_id_types := {"NationalId", "USSocialSecurityNumber", "GermanTaxId", "PassportNumber"}

# PCI DSS, account data: cardholder data and sensitive authentication data
cardholder_types := {"PAN", "CardholderName", "CardExpiry", "ServiceCode"}

authentication_types := {"CVV", "CVC", "TrackData", "PIN", "PINBlock"}

lowered(words) := {lower(word) | some word in words}

personal_kinds := lowered((personal_types | special_types) | (criminal_types | national_id_types))

special_kinds := lowered(special_types)

criminal_kinds := lowered(criminal_types)

national_id_kinds := lowered(national_id_types)

cardholder_kinds := lowered(cardholder_types)

authentication_kinds := lowered(authentication_types)

# ---------------------------------------------------------------- classes of fields

kind_in(field, kinds) if {
	some kind in field.kinds
	kind in kinds
}

is_personal(field) if kind_in(field, personal_kinds)

is_personal(field) if {
	some tag in field.tags
	tag in {"personal", "special", "criminal", "nationalid"}
}

is_special(field) if kind_in(field, special_kinds)

is_special(field) if "special" in field.tags

is_criminal(field) if kind_in(field, criminal_kinds)

is_criminal(field) if "criminal" in field.tags

is_national_id(field) if kind_in(field, national_id_kinds)

is_national_id(field) if "nationalid" in field.tags

is_pan(field) if "pan" in field.kinds

is_authentication(field) if kind_in(field, authentication_kinds)

is_authentication(field) if "sad" in field.tags

is_cardholder(field) if kind_in(field, cardholder_kinds)

is_cardholder(field) if "chd" in field.tags

personal_paths contains field.path if {
	some field in fields
	is_personal(field)
}

pan_paths contains field.path if {
	some field in fields
	is_pan(field)
}

personal_models contains field.model if {
	some field in fields
	is_personal(field)
}

pan_models contains field.model if {
	some field in fields
	is_pan(field)
}

cardholder_models contains field.model if {
	some field in fields
	is_cardholder(field)
}

has_personal if count(personal_paths) > 0

has_special if {
	some field in fields
	is_special(field)
}

has_card_data if count(cardholder_models) > 0

has_card_data if {
	some field in fields
	is_authentication(field)
}

# ---------------------------------------------------------------- steps

# A step may name a whole model: `Order` or `Order.*`.
whole(names) := names | {sprintf("%s.*", [name]) | some name in names}

personal_touches := personal_paths | whole(personal_models)

pan_touches := pan_paths | whole(pan_models)

touches_personal(step) if {
	some path in step.touches
	path in personal_touches
}

touches_pan(step) if {
	some path in step.touches
	path in pan_touches
}

# A call of a service leaves the application unless the step says that it does not.
is_external(step) if step.step.external

is_external(step) if {
	step.type == "apiCall"
	object.get(step.step, "external", true)
}

# Who gets the data of a step that leaves.
recipient(step) := step.step.service

recipient(step) := step.step.host if not step.step.service

recipient(step) := step.type if {
	not step.step.service
	not step.step.host
}

# Models a `data` step with one of these operations is about.
models_with(operations) := {step.step.model |
	some step in steps
	step.type == "data"
	step.step.operation in operations
}

# ---------------------------------------------------------------- metadata

tags := {tag | some tag in object.get(metadata, "complianceTags", [])}

recipients := object.get(metadata, "recipients", [])

data_subjects := {lower(trim_space(subject)) | some subject in object.get(metadata, "dataSubjects", [])}

security_measures := {lower(trim_space(measure)) | some measure in object.get(metadata, "securityMeasures", [])}

is_empty(value) if value in [null, [], {}]

is_empty(value) if {
	is_string(value)
	trim_space(value) == ""
}

missing(key) if is_empty(object.get(metadata, key, null))

is_critical if lower(object.get(metadata, "criticality", "")) in {"high", "critical"}

days_in_year := 365

# A day counts when it lies in the last 12 months; one in the future proves nothing.
is_recent(day) if {
	now - day >= 0
	now - day <= days_in_year
}

# ---------------------------------------------------------------- impact assessment

# WP248 rev.01: criteria that can be seen in a model. Two or more normally mean that Art. 35 applies.
impact_criteria contains "evaluation or scoring" if {
	some field in fields
	kind_in(field, {"score", "performancerating"})
}

impact_criteria contains "automated decision" if {
	some step in steps
	step.step.decision == "automated-significant"
}

impact_criteria contains "systematic monitoring" if {
	some field in fields
	kind_in(field, {"geolocation", "clocktime", "cctv"})
}

impact_criteria contains "sensitive data" if has_special

impact_criteria contains "sensitive data" if {
	some field in fields
	is_criminal(field)
}

impact_criteria contains "sensitive data" if {
	some field in fields
	kind_in(field, {"salary", "iban"})
}

impact_criteria contains "large scale" if object.get(metadata, "dataSubjectCount", 0) >= 10000

impact_criteria contains "matching of data sets" if {
	has_personal
	count(object.get(metadata, "sources", [])) >= 2
}

impact_criteria contains "vulnerable subjects" if {
	some subject in data_subjects
	subject in {"employees", "children", "patients"}
}

impact_criteria contains "innovative technology" if inventory.usesAI == true

impact_criteria contains "blocks a right or service" if inventory.gatesService == true
