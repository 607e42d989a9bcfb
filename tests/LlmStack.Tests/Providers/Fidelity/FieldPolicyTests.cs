using LlmStack.Providers;
using LlmStack.Providers.Fidelity;

namespace LlmStack.Tests.Providers.Fidelity;

public sealed class FieldPolicyTests
{
    [Theory]
    [InlineData(UnsupportedFields.Default, false, false)]
    [InlineData(UnsupportedFields.Default, true, true)]
    [InlineData(UnsupportedFields.Drop, false, false)]
    [InlineData(UnsupportedFields.Drop, true, false)]
    [InlineData(UnsupportedFields.Fail, false, true)]
    [InlineData(UnsupportedFields.Fail, true, true)]
    public void A_field_is_dropped_or_fails_by_policy_and_effect(UnsupportedFields policy, bool meaning, bool fails)
    {
        var call = new ProviderCall("m", StaticCredential.None) { FieldPolicy = policy };
        void Use() => FieldPolicy.Unsupported(call, "top_k", meaning ? FieldEffect.Meaning : FieldEffect.Sampling, "the format has no such field", "5");
        if (fails)
        {
            LlmException error = Assert.Throws<LlmException>(Use);
            Assert.Equal(LlmErrorKind.InvalidRequest, error.Kind);
            Assert.Equal("top_k: '5' cannot be sent, the format has no such field.", error.Message);
        }
        else
        {
            Use();
            Assert.Equal(["top_k: dropped, the format has no such field"], call.Report.Changes);
        }
    }
}
