using Microsoft.Extensions.AI;

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

    /// <summary>For formats without conversations and responses that are kept by the service.</summary>
    public static void NoConversations(ProviderCall call, ChatOptions options)
    {
        if (options.ConversationId is not null)
        {
            Unsupported(call, "ConversationId", FieldEffect.Meaning, "the format keeps no conversations; send the whole history instead");
        }

        if (options.ContinuationToken is not null)
        {
            Unsupported(call, "ContinuationToken", FieldEffect.Meaning, "the format has no background responses");
        }
    }

    /// <summary>For contents that a format has no word for. What only another vendor understands is dropped and listed.</summary>
    public static void Content(ProviderCall call, AIContent content, string origin, string allowed)
    {
        if (OpaqueState.BelongsTo(content, origin))
        {
            Unsupported(call, "Messages", FieldEffect.Meaning, $"a content of type {content.GetType().Name} cannot be sent in this format; allowed are {allowed}");
        }
        else
        {
            call.Report.AddChange("messages: content that only another vendor understands was dropped");
        }
    }

    /// <summary>The error for what cannot be dropped under any policy, because nothing sensible would be left to send.</summary>
    public static LlmException Refusal(string field, string why, string? value = null) =>
        new(LlmErrorKind.InvalidRequest, value is null ? $"{field}: {why}." : $"{field}: '{value}' cannot be sent, {why}.");
}
