# The worked example for K=8 with scale, zero point and accumulator moved to VR[4], VR[5], VR[6] (rows 16 to 27).
# Before: VX[0..7] activations, VX[8..15] weights, scale in lane 0 of VR[4], zero point in lane 0 of VR[5], by the
# ext ports. After: VX[31] the result.
        bcast.vr     VR[4], VR[4]               # scale
        bcast.vr     VR[5], VR[5]               # zero point
        mma          VR[6], VX[0], VX[8], keep=true
        mma          VR[6], VX[1], VX[9], keep=true
        mma          VR[6], VX[2], VX[10], keep=true
        mma          VR[6], VX[3], VX[11], keep=true
        mma          VR[6], VX[4], VX[12], keep=true
        mma          VR[6], VX[5], VX[13], keep=true
        mma          VR[6], VX[6], VX[14], keep=true
        mma.last     VR[6], VX[7], VX[15]
        vcvt_s32_f32 VR[6], VR[6]
        vfma         VR[6], VR[6], VR[4], VR[5]
        vcvt_f32_s8  VX[31], VR[6]
        halt
