using System.Runtime.CompilerServices;
using LlmStack.Routing;

namespace LlmStack.Calls;

/// <summary>What every operation checks of its arguments before anything else happens.</summary>
internal static class CallArguments
{
    /// <summary>A request of an operation that says nothing but its wishes of the model.</summary>
    public static CallRequest Request(string model, RoutingOptions? routing) => new(model, RoutingOptionsCheck.Check(routing), null, null, RequestFeatures.None, null);

    public static void CheckModel(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (string.IsNullOrWhiteSpace(model))
        {
            throw Invalid("model is empty; allowed is the name of a model group, an alias, or provider/model.");
        }
    }

    public static void CheckText(string text, [CallerArgumentExpression(nameof(text))] string name = "")
    {
        ArgumentNullException.ThrowIfNull(text, name);
        if (text.Length == 0)
        {
            throw Invalid($"{name} is empty; it needs at least one character.");
        }
    }

    public static void CheckTexts(IReadOnlyList<string> texts, string name)
    {
        if (texts.Count == 0)
        {
            throw Invalid($"{name} is empty; it needs at least one text.");
        }

        for (int i = 0; i < texts.Count; i++)
        {
            if (texts[i] is null)
            {
                throw Invalid($"{name}[{i}] is null; every text must be set.");
            }
        }
    }

    public static LlmException Invalid(string message) => new(LlmErrorKind.InvalidRequest, message) { Scope = LlmErrorScope.Caller };
}
