//! Distinguished names as we write them.

use crate::crypto::{der, oid};

/// Who a certificate is about (RFC 5280 §4.1.2.4, ETSI EN 319 412-3 §4.2.1 for legal persons).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Country, two letters (ISO 3166-1).
    pub country: Option<String>,
    /// Organisation.
    pub organization: Option<String>,
    /// Its registered number with scheme and country, like `NTRTH-0105569999999`.
    pub organization_identifier: Option<String>,
    /// The name itself.
    pub common_name: String,
}

impl Name {
    /// A common name alone.
    pub fn common(common_name: impl Into<String>) -> Self {
        Self {
            common_name: common_name.into(),
            ..Self::default()
        }
    }

    /// A common name within a Thai organisation.
    pub fn thai(organization: impl Into<String>, common_name: impl Into<String>) -> Self {
        Self {
            country: Some("TH".to_owned()),
            organization: Some(organization.into()),
            organization_identifier: None,
            common_name: common_name.into(),
        }
    }

    /// The name's encoding: one attribute in each relative name, country first.
    pub fn to_der(&self) -> Vec<u8> {
        let country = self.country.as_deref().map(|text| {
            let value = der::element(der::tag::PRINTABLE_STRING, text.as_bytes());
            attribute(oid::COUNTRY, &value)
        });
        let others = [
            (oid::ORGANIZATION, self.organization.as_deref()),
            (
                oid::ORGANIZATION_IDENTIFIER,
                self.organization_identifier.as_deref(),
            ),
            (oid::COMMON_NAME, Some(self.common_name.as_str())),
        ];
        let others = others
            .into_iter()
            .filter_map(|(name, text)| Some(attribute(name, &der::utf8(text?))));
        let relative: Vec<Vec<u8>> = country.into_iter().chain(others).collect();
        der::element(der::tag::SEQUENCE, &relative.concat())
    }
}

fn attribute(name: &[u8], value: &[u8]) -> Vec<u8> {
    der::set_of(&[der::sequence(&[&der::oid(name), value])])
}
