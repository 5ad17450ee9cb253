# METADATA
# title: IAM Access Analyzer is not enabled
# description: Neither the account nor the organization has an analyzer for external access in the Region. Analyzers of unused or internal access do not look for it.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-getting-started.html
# custom:
#   severity: medium
#   resource_types:
#     - Innovate::Account::Region
#   risk: A bucket, key, queue or role that is shared with a foreign account or with everyone stays unnoticed.
#   remediation:
#     console: IAM > Access analyzer > Create analyzer > Resource analysis - External access, in the Region; in the delegated administrator account for the whole organization.
#     cli: aws accessanalyzer create-analyzer --analyzer-name external-access --type ACCOUNT --region REGION
#     cloudformation: |
#       Type: AWS::AccessAnalyzer::Analyzer
#       Properties:
#         Type: ACCOUNT
package aws.account.access_analyzer_disabled

analyzed if {
	some analyzer in data.resources["AWS::AccessAnalyzer::Analyzer"]
	analyzer.properties.Type in {"ACCOUNT", "ORGANIZATION"}
}

# An organization's analyzer is in the management account or in the delegated administrator account.
analyzed if {
	data.organization.accounts[input.account]
	some analyzer in data.organization.resources["AWS::AccessAnalyzer::Analyzer"]
	analyzer.properties.Type == "ORGANIZATION"
	analyzer.region == input.region
}

deny contains {"message": message, "path": ""} if {
	not analyzed
	message := sprintf("`%s` has no analyzer for external access", [input.properties.RegionName])
}
