/// Every check, in the order of the report. One line each.
package let allChecks: [any Check.Type] = [
  CPUVirtualization.self,
  IOMMUActive.self,
  IOMMUMessages.self,
  InterruptRemapping.self,
]
