variable "prefix" {
  default = "shop"
}
