//! A sentence in both languages the product speaks.

use serde::{Deserialize, Serialize};

/// One sentence shown to a person, in Thai and in English. Neither may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bilingual {
    /// Thai text.
    pub th: String,
    /// English text.
    pub en: String,
}

impl Bilingual {
    /// Both texts at once.
    pub fn new(th: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            th: th.into(),
            en: en.into(),
        }
    }
}

/// The language a page or document is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Thai, the default.
    #[default]
    Th,
    /// English.
    En,
}

impl Language {
    /// The BCP 47 tag used in HTML, PDF and XML.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Th => "th-TH",
            Self::En => "en-GB",
        }
    }
}
