//! The credential report, from <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html>.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_iam::types::ReportStateType;
use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use innovate_model::{Facet, HandlerError, HandlerErrorCode};

use super::malformed;
use crate::context::Context;
use crate::failure::Failure;

/// Named with the calls of a listing, as a read has one facet; it fills nothing by itself.
pub(super) const GENERATE: Facet = Facet { operation: "GenerateCredentialReport", action: "iam:GenerateCredentialReport", properties: &[] };

pub(super) const OPERATION: &str = "GetCredentialReport";
pub(super) const ACTION: &str = "iam:GetCredentialReport";

/// The name of the root user's row.
pub(super) const ROOT: &str = "<root_account>";

/// How long to wait between two looks at a report in the making.
const WAITS: [Duration; 5] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4), Duration::from_secs(8), Duration::from_secs(15)];

/// The rows of the report by user name.
#[derive(Debug)]
pub(super) struct Report(HashMap<String, Row>);

/// The columns of one user, but for name and ARN.
#[derive(Debug)]
pub(super) struct Row(HashMap<String, String>);

impl Report {
    /// The row of a user.
    pub(super) fn row(&self, user: &str) -> Result<&Row, HandlerError> {
        self.0.get(user).ok_or_else(|| {
            let message = "the credential report does not hold the user yet: AWS renews it every four hours";
            HandlerError::new(HandlerErrorCode::NotFound, ACTION, message)
        })
    }

    fn parse(text: &str) -> Result<Self, HandlerError> {
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let Some(["user", "arn"]) = header.get(..2) else { return Err(malformed(ACTION, "the credential report has other columns")) };
        let columns = header.get(2..).unwrap_or_default();
        let mut rows = HashMap::new();
        for line in lines.filter(|line| !line.is_empty()) {
            // Names and paths of users may hold commas, so the columns are counted from the end.
            let mut fields: Vec<&str> = line.rsplitn(columns.len() + 1, ',').collect();
            let user = fields.pop().and_then(|rest| rest.split_once(",arn:").or_else(|| rest.split_once(",\"arn:")));
            let (Some((user, _)), true) = (user, fields.len() == columns.len()) else {
                return Err(malformed(ACTION, "a row of the credential report lacks columns"));
            };
            fields.reverse();
            let row = columns.iter().zip(fields).map(|(column, field)| ((*column).to_owned(), field.to_owned())).collect();
            rows.insert(user.trim_matches('"').to_owned(), Row(row));
        }
        Ok(Self(rows))
    }
}

impl Row {
    fn field(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(String::as_str).filter(|field| !matches!(*field, "" | "N/A" | "no_information" | "not_supported"))
    }

    /// A column that is `TRUE` or `FALSE`, where the report tells it.
    pub(super) fn flag(&self, column: &str) -> Option<bool> {
        self.field(column).map(|field| field.eq_ignore_ascii_case("true"))
    }

    /// A column that is a date, where the report tells it.
    pub(super) fn date(&self, column: &str) -> Result<Option<DateTime>, HandlerError> {
        let Some(field) = self.field(column) else { return Ok(None) };
        DateTime::from_str(field, Format::DateTimeWithOffset)
            .map(Some)
            .map_err(|error| malformed(ACTION, format!("`{column}` of the credential report is no date: {error}")))
    }
}

/// The credential report of the account, read once.
pub(super) async fn report(cx: &Context) -> Result<Arc<Report>, HandlerError> {
    cx.once(ACTION, || async {
        generate(cx).await?;
        let answer = cx.iam().get_credential_report().send().await.failed(ACTION)?;
        let content = answer.content().map(|content| content.as_ref()).unwrap_or_default();
        Report::parse(&String::from_utf8_lossy(content))
    })
    .await
}

async fn generate(cx: &Context) -> Result<(), HandlerError> {
    for wait in WAITS {
        let answer = cx.iam().generate_credential_report().send().await.failed(GENERATE.action)?;
        if answer.state() == Some(&ReportStateType::Complete) {
            return Ok(());
        }
        tokio::time::sleep(wait).await;
    }
    // The last wait deserves a last look.
    let answer = cx.iam().generate_credential_report().send().await.failed(GENERATE.action)?;
    match answer.state() {
        Some(ReportStateType::Complete) => Ok(()),
        _ => Err(HandlerError::new(HandlerErrorCode::ServiceTimeout, GENERATE.action, "the credential report was not ready in time")),
    }
}

#[cfg(test)]
mod tests {
    use super::{ROOT, Report};

    const TEXT: &str = "user,arn,user_creation_time,password_enabled,password_last_used\n\
        <root_account>,arn:aws:iam::111122223333:root,2020-01-01T00:00:00+00:00,not_supported,2024-05-06T07:08:09+00:00\n\
        \"a,b\",\"arn:aws:iam::111122223333:user/a,b\",2021-01-01T00:00:00+00:00,TRUE,no_information";

    #[test]
    fn tells_what_the_report_tells() -> Result<(), Box<dyn std::error::Error>> {
        let report = Report::parse(TEXT)?;
        let root = report.row(ROOT)?;
        assert_eq!(root.flag("password_enabled"), None);
        assert_eq!(root.date("password_last_used")?.map(|date| date.secs()), Some(1_714_979_289));
        let user = report.row("a,b")?;
        assert_eq!(user.flag("password_enabled"), Some(true));
        assert_eq!(user.date("password_last_used")?, None);
        assert!(report.row("c").is_err());
        Ok(())
    }

    #[test]
    fn refuses_what_is_no_report() {
        assert!(Report::parse("").is_err());
        assert!(Report::parse("user,arn,mfa_active\nalice,arn:aws:iam::111122223333:user/alice").is_err());
    }
}
