//! The logical structure: which words are a heading, a paragraph, a cell (ISO 32000-1, 14.7).

use super::block::Role;
use super::write::{Objects, Ref, put, put_text};

/// What a node is (standard structure types, ISO 32000-1, 14.8.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tag {
    Document,
    Heading(u8),
    Paragraph,
    List,
    Item,
    Label,
    Body,
    Table,
    Row,
    HeaderCell,
    DataCell,
    Figure,
    Division,
}

impl Tag {
    fn name(self) -> &'static str {
        match self {
            Self::Document => "Document",
            Self::Heading(1) => "H1",
            Self::Heading(2) => "H2",
            Self::Heading(3) => "H3",
            Self::Heading(4) => "H4",
            Self::Heading(5) => "H5",
            Self::Heading(_) => "H6",
            Self::Paragraph => "P",
            Self::List => "L",
            Self::Item => "LI",
            Self::Label => "Lbl",
            Self::Body => "LBody",
            Self::Table => "Table",
            Self::Row => "TR",
            Self::HeaderCell => "TH",
            Self::DataCell => "TD",
            Self::Figure => "Figure",
            Self::Division => "Div",
        }
    }

    /// The name as it opens marked content.
    pub(super) fn opening(self) -> &'static str {
        self.name()
    }
}

impl From<Role> for Tag {
    fn from(role: Role) -> Self {
        match role {
            Role::Text => Self::Paragraph,
            Role::Heading(level) => Self::Heading(level),
        }
    }
}

/// A node of the tree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct NodeId(usize);

enum Kid {
    Node(NodeId),
    Content { page: usize, mcid: usize },
}

struct Node {
    tag: Tag,
    parent: Option<NodeId>,
    kids: Vec<Kid>,
    alt: Option<String>,
}

/// The tree in the making.
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// For each page, the node of each piece of marked content.
    pages: Vec<Vec<NodeId>>,
}

impl Tree {
    /// The root of every tree.
    pub(super) const ROOT: NodeId = NodeId(0);

    /// A document without content.
    pub(super) fn new() -> Self {
        Self {
            nodes: vec![Node {
                tag: Tag::Document,
                parent: None,
                kids: Vec::new(),
                alt: None,
            }],
            pages: Vec::new(),
        }
    }

    /// A new node, the last so far under its parent.
    pub(super) fn add(&mut self, parent: NodeId, tag: Tag) -> NodeId {
        let id = NodeId(self.nodes.len());
        self.nodes.push(Node {
            tag,
            parent: Some(parent),
            kids: Vec::new(),
            alt: None,
        });
        if let Some(parent) = self.nodes.get_mut(parent.0) {
            parent.kids.push(Kid::Node(id));
        }
        id
    }

    /// Says what a picture shows.
    pub(super) fn describe(&mut self, node: NodeId, alt: &str) {
        if let Some(node) = self.nodes.get_mut(node.0) {
            node.alt = Some(alt.to_owned());
        }
    }

    /// What a node is.
    pub(super) fn tag(&self, node: NodeId) -> Tag {
        self.nodes
            .get(node.0)
            .map_or(Tag::Division, |node| node.tag)
    }

    /// Starts the next page.
    pub(super) fn begin_page(&mut self) {
        self.pages.push(Vec::new());
    }

    /// Notes a piece of content of a node on the current page; gives its number there.
    pub(super) fn content(&mut self, node: NodeId) -> usize {
        let page = self.pages.len().saturating_sub(1);
        let Some(contents) = self.pages.last_mut() else {
            return 0;
        };
        let mcid = contents.len();
        contents.push(node);
        if let Some(node) = self.nodes.get_mut(node.0) {
            node.kids.push(Kid::Content { page, mcid });
        }
        mcid
    }

    /// Writes the tree; gives its root object.
    pub(super) fn write(&self, objects: &mut Objects, pages: &[Ref]) -> Ref {
        let root = objects.reserve();
        let refs: Vec<Ref> = self.nodes.iter().map(|_| objects.reserve()).collect();
        let node_ref = |node: NodeId| refs.get(node.0).copied().unwrap_or(root);
        let page_ref = |page: usize| pages.get(page).copied().unwrap_or(root);
        for (node, reference) in self.nodes.iter().zip(&refs) {
            objects.object(*reference, |out| {
                let parent = node.parent.map_or(root, node_ref);
                put(
                    out,
                    format_args!("<</Type/StructElem/S/{}/P {parent}", node.tag.name()),
                );
                let first_page = node.kids.iter().find_map(|kid| match kid {
                    Kid::Content { page, .. } => Some(*page),
                    Kid::Node(_) => None,
                });
                if let Some(page) = first_page {
                    put(out, format_args!("/Pg {}", page_ref(page)));
                }
                if node.tag == Tag::HeaderCell {
                    // Headers of our tables name the row or, in the first row, the column.
                    let scope = if self.in_first_row(node) {
                        "Column"
                    } else {
                        "Row"
                    };
                    put(out, format_args!("/A<</O/Table/Scope/{scope}>>"));
                }
                if let Some(alt) = &node.alt {
                    out.extend_from_slice(b"/Alt");
                    put_text(out, alt);
                }
                out.extend_from_slice(b"/K[");
                for kid in &node.kids {
                    match kid {
                        Kid::Node(kid) => put(out, format_args!("{} ", node_ref(*kid))),
                        Kid::Content { page, mcid } if Some(*page) == first_page => {
                            put(out, format_args!("{mcid} "));
                        }
                        Kid::Content { page, mcid } => put(
                            out,
                            format_args!("<</Type/MCR/Pg {}/MCID {mcid}>>", page_ref(*page)),
                        ),
                    }
                }
                out.extend_from_slice(b"]>>");
            });
        }
        let parents = objects.reserve();
        objects.object(parents, |out| {
            out.extend_from_slice(b"<</Nums[");
            for (page, contents) in self.pages.iter().enumerate() {
                put(out, format_args!("{page}["));
                for node in contents {
                    put(out, format_args!("{} ", node_ref(*node)));
                }
                out.extend_from_slice(b"]");
            }
            out.extend_from_slice(b"]>>");
        });
        let next = self.pages.len();
        let document = node_ref(Self::ROOT);
        objects.object(root, |out| {
            put(out, format_args!(
                "<</Type/StructTreeRoot/K[{document}]/ParentTree {parents}/ParentTreeNextKey {next}>>"
            ));
        });
        root
    }

    /// Whether a cell stands in a row that holds nothing but header cells.
    fn in_first_row(&self, cell: &Node) -> bool {
        let row = cell.parent.and_then(|row| self.nodes.get(row.0));
        row.is_some_and(|row| {
            row.kids.iter().all(|kid| match kid {
                Kid::Node(kid) => self.tag(*kid) == Tag::HeaderCell,
                Kid::Content { .. } => true,
            })
        })
    }
}
