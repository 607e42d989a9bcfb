namespace LlmStack.Providers.Fidelity;

/// <summary>Decides about options that cannot be sent.</summary>
internal static class FieldPolicy
{
    /// <summary>Drops and lists the field, or throws.</summary>
    /// <param name="call">The attempt, whose policy decides.</param>
    /// <param name="field">The field, for instance <c>top_k</c> or <c>ToolMode</c>.</param>
    /// <param name="effect">What is lost without it.</param>
    /// <param name="why">Why it cannot be sent and what is allowed, for instance <c>the format has no such field</c>.</param>
    /// <param name="value">The value, where naming it helps.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidRequest"/> when the field may not be dropped.</exception>
    public static void Unsupported(ProviderCall call, string field, FieldEffect effect, string why, string? value = null)
    {
        bool fails = call.FieldPolicy switch
        {
            UnsupportedFields.Drop => false,
            UnsupportedFields.Fail => true,
            _ => effect == FieldEffect.Meaning,
        };
        if (fails)
        {
            throw Refusal(field, why, value);
        }

        call.Report.AddChange($"{field}: dropped, {why}");
    }

    /// <summary>The error for what cannot be dropped under any policy, because nothing sensible would be left to send.</summary>
    public static LlmException Refusal(string field, string why, string? value = null) =>
        new(LlmErrorKind.InvalidRequest, value is null ? $"{field}: {why}." : $"{field}: '{value}' cannot be sent, {why}.");
}
