#include "lib/northd/feature.h"

namespace ovnlite {

Feature DatapathFeature();        // datapaths.cc
Feature SwitchPortFeature();      // switch_port_bindings.cc
Feature RouterPortFeature();      // router_port_bindings.cc
Feature GlobalFeature();          // globals.cc
Feature SetFeature();             // sets.cc
Feature MulticastFeature();       // multicast.cc
Feature SwitchFlowFeature();      // switch.cc
Feature SwitchPortFlowFeature();  // switch_port.cc
Feature ArpResponderFeature();    // arp_responder.cc
Feature AclFeature();             // acl.cc
Feature LoadBalancerFeature();    // load_balancer.cc
Feature RouterFlowFeature();      // router.cc
Feature RouterPortFlowFeature();  // router_port.cc
Feature RouteFeature();           // routes.cc
Feature ArpResolveFeature();      // arp_resolve.cc

absl::Span<const Feature> Features() {
  static const std::vector<Feature>& features = *new std::vector<Feature>{
      DatapathFeature(),     SwitchPortFeature(), RouterPortFeature(),     GlobalFeature(),       SetFeature(),
      MulticastFeature(),    SwitchFlowFeature(), SwitchPortFlowFeature(), ArpResponderFeature(), AclFeature(),
      LoadBalancerFeature(), RouterFlowFeature(), RouterPortFlowFeature(), RouteFeature(),        ArpResolveFeature(),
  };
  return features;
}

}  // namespace ovnlite
