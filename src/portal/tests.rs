//! A sample of every page, drawn in both languages.

use super::*;
use crate::web::page::{MessagePage, STYLE, render};

/// Drawn pages by name and language.
fn samples() -> Vec<(String, String)> {
    let mut drawn = Vec::new();
    for lang in [Language::Th, Language::En] {
        let tag = match lang {
            Language::Th => "th",
            Language::En => "en",
        };
        let mut add = |name: &str, html: Result<String, minijinja::Error>| {
            drawn.push((format!("{name}.{tag}"), html.unwrap()));
        };
        let home = HomePage {
            lang,
            sandbox: true,
        };
        add("home", render("home.html", &home));
        let message = MessagePage {
            lang,
            title: said(lang, Bilingual::new("ไม่พบรายการ", "Not found")),
            message: said(
                lang,
                Bilingual::new("โปรดตรวจสอบลิงก์", "Please check the link."),
            ),
            tone: "bad",
            reference: "req_01h2xcejqtf2nbrexx3vqjhp41".to_owned(),
        };
        add("message", render("message.html", &message));
        let refused = Bilingual::new("ไฟล์ใหญ่เกินไป", "The file is too large.");
        add(
            "verify-upload",
            render("verify-upload.html", &UploadPage::new(lang, true, None)),
        );
        add(
            "verify-upload-refused",
            render(
                "verify-upload.html",
                &UploadPage::new(lang, false, Some(refused)),
            ),
        );
        for state in VerifyState::ALL {
            let name = format!("verify-{state:?}").to_lowercase();
            add(
                &name,
                render("verify.html", &verify(lang, state, Vec::new())),
            );
        }
        let changes = vec![
            Bilingual::new(
                "นายคม ตัวอย่างชัย พ้นจากตำแหน่งกรรมการ",
                "Mr Khom Tuayangchai is no longer a director",
            ),
            Bilingual::new(
                "อำนาจกรรมการเปลี่ยนแปลง",
                "The authority statement was changed",
            ),
        ];
        add(
            "verify-changed",
            render("verify.html", &verify(lang, VerifyState::Issued, changes)),
        );
        let checks = vec![
            check("อ่านแฟ้มได้", "The file can be read", CheckTone::Good, None),
            check(
                "ข้อมูลไม่ถูกแก้ไขหลังลงลายมือชื่อ",
                "Nothing was changed after signing",
                CheckTone::Bad,
                Some(Bilingual::new("ค่าแฮชไม่ตรง", "the digest differs")),
            ),
            check(
                "มีตราประทับเวลา",
                "A time-stamp is there",
                CheckTone::Open,
                None,
            ),
        ];
        let altered = verify(lang, VerifyState::Altered, Vec::new());
        add(
            "verify-uploaded",
            render("verify.html", &altered.with_upload(Digest::of("x"), checks)),
        );
    }
    drawn
}

fn check(th: &str, en: &str, tone: CheckTone, detail: Option<Bilingual>) -> UploadCheck {
    UploadCheck {
        label: Bilingual::new(th, en),
        tone,
        detail,
    }
}

fn verify(lang: Language, state: VerifyState, changes: Vec<Bilingual>) -> VerifyPage {
    let document = KnownDocument {
        kind: Bilingual::new("หนังสือรับรองนิติบุคคล", "Juristic-person certificate"),
        number: "สจก.000118/2569".to_owned(),
        juristic_person: Bilingual::new("บริษัท ตัวอย่างไทย จำกัด", "Tuayang Thai Co., Ltd."),
        registration_number: "0105569999999".parse().unwrap(),
        issued_at: "2026-11-24T02:30:00Z".parse().unwrap(),
        data_as_of: "2026-11-24T02:29:00Z".parse().unwrap(),
        sha256: (state != VerifyState::Pending).then(|| Digest::of("file")),
    };
    let known = !matches!(state, VerifyState::Unknown | VerifyState::Unreadable);
    VerifyPage::new(lang, true, state, known.then_some(&document), changes)
}

#[test]
fn every_page_is_drawn_in_both_languages_with_landmarks_and_nothing_from_elsewhere() {
    for (name, html) in samples() {
        for part in [
            "<!doctype html>",
            "<main id=\"content\">",
            "<title>",
            "</html>",
            "<h1>",
        ] {
            assert!(html.contains(part), "{name} lacks {part}");
        }
        assert_eq!(html.matches("<h1>").count(), 1, "{name}");
        for part in [
            "<script",
            "javascript:",
            "http://",
            "https://",
            "onclick",
            "style=\"",
        ] {
            let html = html.replace("http://www.w3.org/2000/svg", "");
            assert!(!html.contains(part), "{name} has {part}");
        }
        let lang = if name.ends_with(".th") {
            "lang=\"th\""
        } else {
            "lang=\"en\""
        };
        assert!(html.contains(&format!("<html {lang}>")), "{name}");
        for input in html.split("<input").skip(1) {
            let tag = input.split('>').next().unwrap();
            let hidden = tag.contains("type=\"hidden\"");
            let id = tag
                .split("id=\"")
                .nth(1)
                .and_then(|rest| rest.split('"').next());
            let labelled = id.is_some_and(|id| html.contains(&format!("<label for=\"{id}\">")));
            assert!(hidden || labelled, "{name}: {tag}");
        }
    }
    assert!(!STYLE.contains("http"));
}

#[test]
fn english_pages_say_no_thai_beyond_names_and_thai_pages_start_in_thai() {
    let thai = |text: &str| text.chars().any(|c| ('ก'..='๛').contains(&c));
    for (name, html) in samples() {
        let heading = html
            .split("<h1>")
            .nth(1)
            .and_then(|rest| rest.split("</h1>").next());
        assert_eq!(thai(heading.unwrap()), name.ends_with(".th"), "{name}");
        if name.ends_with(".en") {
            // What stays Thai: the link to the Thai page, and the number's Thai letters.
            let rest = html.replace("ภาษาไทย", "").replace("สจก.", "");
            assert!(!thai(&rest), "{name}");
        }
    }
}

#[test]
fn only_a_compared_file_is_called_genuine_and_only_an_unchanged_register_is_green() {
    for lang in [Language::Th, Language::En] {
        for state in VerifyState::ALL {
            for changes in [Vec::new(), vec![Bilingual::new("ก", "a")]] {
                let changed = !changes.is_empty();
                let page = verify(lang, state, changes);
                let says = ["genuine", "Genuine", "ของแท้"]
                    .iter()
                    .any(|word| page.status.title.contains(word));
                assert_eq!(says, state == VerifyState::Genuine, "{state:?}");
                let green = matches!(state, VerifyState::Genuine | VerifyState::Issued) && !changed;
                assert_eq!(page.tone == "good", green, "{state:?}");
            }
        }
    }
}

#[test]
fn names_are_text_and_never_markup() {
    let mut document = KnownDocument {
        kind: Bilingual::new("<b>", "<b>"),
        number: "\"><script>".to_owned(),
        juristic_person: Bilingual::new("<img src=x>", "<img src=x>"),
        registration_number: "0105569999999".parse().unwrap(),
        issued_at: "2026-11-24T02:30:00Z".parse().unwrap(),
        data_as_of: "2026-11-24T02:30:00Z".parse().unwrap(),
        sha256: None,
    };
    document.kind.en = "<i>".to_owned();
    let page = VerifyPage::new(
        Language::Th,
        false,
        VerifyState::Issued,
        Some(&document),
        Vec::new(),
    );
    let html = render("verify.html", &page).unwrap();
    assert!(!html.contains("<script") && !html.contains("<img") && html.contains("&lt;img"));
}
