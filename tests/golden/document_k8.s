# The quantization pipeline's worked example for K=8, its registers as its author chose them. VR[0] covers VX[0..3]
# and VR[1] VX[4..7], so the scale and the zero point replace the activations: the alias check rejects it.
# Before: VX[0..7] activations, VX[8..15] weights; scale and zero point in lane 0, by the ext ports.
        bcast.vr     VR[0], VX[0]               # scale
        bcast.vr     VR[1], VX[1]               # zero point
        mma          VR[2], VX[0], VX[8], keep=true
        mma          VR[2], VX[1], VX[9], keep=true
        mma          VR[2], VX[2], VX[10], keep=true
        mma          VR[2], VX[3], VX[11], keep=true
        mma          VR[2], VX[4], VX[12], keep=true
        mma          VR[2], VX[5], VX[13], keep=true
        mma          VR[2], VX[6], VX[14], keep=true
        mma.last     VR[2], VX[7], VX[15]
        vcvt_s32_f32 VR[2], VR[2]
        vfma         VR[2], VR[2], VR[0], VR[1]
        vcvt_f32_s8  VX[31], VR[2]
        halt
