# A listener rule that serves, in the older spelling.
resource "aws_alb_listener" "rules_forward" {
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188"
  port              = 80
  protocol          = "HTTP" # expect: aws/elb-http-listener
  default_action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
}

resource "aws_alb_listener_rule" "rules_forward" {
  listener_arn = aws_alb_listener.rules_forward.arn
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

# A rule that only redirects.
resource "aws_alb_listener" "rules_redirect" {
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

resource "aws_alb_listener_rule" "rules_redirect" {
  listener_arn = aws_alb_listener.rules_redirect.arn
  action {
    type = "redirect"
    redirect {
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
  condition {
    path_pattern {
      values = ["/shop/*"]
    }
  }
}

# A gateway load balancer knows neither port nor protocol.
resource "aws_lb_listener" "gateway" {
  # ok: aws/elb-http-listener
  load_balancer_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/gwy/inspect/50dc6c495c0c9188"
  default_action {
    type             = "forward"
    target_group_arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/inspect/73e2d6bc24d8a067"
  }
}
