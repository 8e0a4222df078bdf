# Every rule of the language. Rules of AWS's own are in a plugin that can't be fetched everywhere.
plugin "terraform" {
  enabled = true
  preset  = "all"
}
