using System.Runtime.CompilerServices;
using LlmStack.Routing;
using Microsoft.Extensions.AI;

namespace LlmStack.Calls;

/// <summary>What every operation checks of its arguments before anything else happens.</summary>
internal static class CallArguments
{
    /// <summary>A request of an operation that says nothing but its wishes of the model.</summary>
    public static CallRequest Request(string model, RoutingOptions? routing) => new(model, RoutingOptionsCheck.Check(routing), null, null, RequestFeatures.None, null);

    /// <summary>Takes the wishes off the options of a call, without touching the caller's.</summary>
    public static RoutingOptions? TakeRouting<TOptions>(ref TOptions? options, Func<TOptions, AdditionalPropertiesDictionary?> propertiesOf, Func<TOptions, TOptions> clone)
        where TOptions : class
    {
        RoutingOptions? routing = options is null ? null : RoutingOptionsExtensions.Read(propertiesOf(options));
        if (routing is not null)
        {
            options = clone(options!);
            propertiesOf(options)!.Remove(RoutingOptionsExtensions.Key);
        }

        return routing;
    }

    /// <summary>Requests of another library's making cannot be routed.</summary>
    public static void CheckNoFactory(object? factory, string owner)
    {
        if (factory is not null)
        {
            throw Invalid($"{owner}.RawRepresentationFactory is set; allowed is null: further body fields go into AdditionalProperties.");
        }
    }

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
