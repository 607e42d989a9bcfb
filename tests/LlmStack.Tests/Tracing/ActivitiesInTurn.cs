namespace LlmStack.Tests.Tracing;

/// <summary>Listeners to the activity source are seen by the whole process, so these tests take turns.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ActivitiesInTurn
{
    public const string Name = "Activities";
}
