resource "aws_lb_listener" "forwards" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP" # expect: aws/elb-http-listener
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/73e2d6bc24d8a067"
  }
}

resource "aws_lb_listener" "redirects" {
  # ok: aws/elb-http-listener
  # ok: aws/elb-weak-tls-policy
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

# A redirect that stays on HTTP.
resource "aws_lb_listener" "redirects_plain" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP" # expect: aws/elb-http-listener
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTP"
      port        = "8080"
      status_code = "HTTP_301"
    }
  }
}

# HTTP is what an application load balancer takes where nothing is written.
# expect: aws/elb-http-listener
resource "aws_lb_listener" "unwritten" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/73e2d6bc24d8a067"
  }
}

resource "aws_alb_listener" "forwards" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP" # expect: aws/elb-http-listener
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/73e2d6bc24d8a067"
  }
}

resource "aws_alb_listener" "redirects" {
  # ok: aws/elb-http-listener
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

# The default action serves nothing; the rules decide.
resource "aws_lb_listener" "rules_redirect" {
  # ok: aws/elb-http-listener
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "rules_redirect" {
  listener_arn = aws_lb_listener.rules_redirect.arn
  action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
  condition {
    path_pattern {
      values = ["/shop/*"]
    }
  }
}

resource "aws_lb_listener" "rules_forward" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP" # expect: aws/elb-http-listener
  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}

resource "aws_lb_listener_rule" "rules_forward" {
  listener_arn = aws_lb_listener.rules_forward.arn
  action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop/73e2d6bc24d8a067"
  }
  condition {
    path_pattern {
      values = ["/shop/*"]
    }
  }
}

resource "aws_elb" "plain" {
  availability_zones = ["eu-west-1a"]
  listener {
    lb_port           = 80
    lb_protocol       = "http" # expect: aws/elb-http-listener
    instance_port     = 8080
    instance_protocol = "http"
  }
}

resource "aws_elb" "tls" {
  # ok: aws/elb-http-listener
  availability_zones = ["eu-west-1a"]
  listener {
    lb_port            = 443
    lb_protocol        = "https"
    instance_port      = 8080
    instance_protocol  = "http"
    ssl_certificate_id = "arn:aws:acm:eu-west-1:111122223333:certificate/11112222-3333-4444-5555-666677778888"
  }
}
