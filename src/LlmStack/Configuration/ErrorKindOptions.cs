namespace LlmStack;

/// <summary>What happens after one kind of failure; what is null follows from the kind.</summary>
public sealed class ErrorKindOptions
{
    /// <summary>
    /// Waiting retries after this kind within a group, 0 to 100; counted apart from <see cref="CallPolicyOptions.MaxRetries"/>. More than 0 lets
    /// even a deployment that refused be asked again, once nobody else is left. Null: <see cref="CallPolicyOptions.MaxRetries"/> for kinds that
    /// pass by themselves, none for the others.
    /// </summary>
    public int? Retries { get; set; }

    /// <summary>Whether this kind counts against the deployment. Null: yes, except for mistakes of callers.</summary>
    public bool? Cool { get; set; }

    /// <summary>Failures of this kind allowed within the window, one more cools; 0 switches the rule off. Null: <see cref="CallPolicyOptions.CooldownAllowedFailures"/>.</summary>
    public int? AllowedFailures { get; set; }

    /// <summary>Whether fallbacks that name no kinds follow this kind. Null: yes, except for what no other deployment could cure, and refused content.</summary>
    public bool? FallBack { get; set; }
}
