//! The address book: every path of the service, and the API document made from the same list.
